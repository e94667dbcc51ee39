invoice-titre = Data of the executory title
