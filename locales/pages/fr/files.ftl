# Names of files, and words only files use.

racks-file = baies
meters-file = compteurs
usage-file = consommations
anomaly-undeclared-decrease = baisse inexpliquée
anomaly-rollover = retour à zéro
anomaly-reset = remise à zéro
anomaly-above-rating = au-delà de la voie
