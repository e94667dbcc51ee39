# Names of files, words only files use, and where an empty list leads.

racks-file = baies
meters-file = compteurs
tenants-file = heberges
contracts-file = conventions
usage-file = consommations
anomaly-undeclared-decrease = baisse inexpliquée
anomaly-rollover = retour à zéro
anomaly-reset = remise à zéro
anomaly-above-rating = au-delà de la voie
empty-all = Tout afficher
empty-today = Voir à ce jour
tariffs-file = tarifs
figures-file = chiffres-de-gestion
lines-file = lignes
lines-of = Lignes de { $number }
line-number = Ligne n°
line-part = Part du prix
sheet-rows = Lignes : { $count } ; état au { $day }
sheet-filter = Filtre
filter-search = Recherche
billing-file = plan-de-facturation
billing-file-title = Plan { $month }
dunning-file = retards
