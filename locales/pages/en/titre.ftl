invoice-titre = Data of the enforceable title (titre de recettes)
