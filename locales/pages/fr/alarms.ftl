# Alarms.

alarms-period = Période regardée
alarms-day = 24 dernières heures
alarms-days = { $days } derniers jours
alarms-lost = Redondance perdue
alarms-lost-is = La somme des deux voies dépassait ce qu’une seule peut porter : la perte de l’une aurait arrêté la baie.
alarms-lost-caption = Alarmes des { $days } derniers jours, la plus récente d’abord ; puissances en kW
alarms-lost-none = Aucune baie n’a perdu sa redondance. Le plan des baies montre la charge de chaque voie.
alarm-lasts = en cours
alarm-over = terminée
alarm-lasted = Durée
alarm-peak = Plus forte moyenne A + B (kW)
alarm-limit = Limite d’une voie (kW)
alarms-silent = Compteurs muets
alarms-silent-caption = Compteurs en service sans relevé depuis plus longtemps que leur tolérance
alarms-silent-none = Tous les compteurs en service parlent. Leur couverture du mois est dans la liste.
alarm-silence = Muet depuis
alarm-never-read = jamais relevé
alarms-refused = Relevés refusés
alarms-refused-is = Fichiers dont des lignes ont été refusées, par exemple parce qu’un appareil répond -1 pour « non pris en charge ».
alarms-refused-none = Aucun fichier récent n’a de ligne refusée.
alarms-file = alarmes
upload-percent = { $percent } % du fichier sont lus.
