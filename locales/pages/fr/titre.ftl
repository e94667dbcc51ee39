invoice-titre = Données du titre de recettes
