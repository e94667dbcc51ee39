# Words of the amortisation report, in French. Punctuation that stands off does so by a narrow no-break space (U+202F).

amortisation-title = Plan d’amortissement au { $date }
amortisation-subtitle = Immobilisations : { $assets } · Composants : { $components } · Dotations, comptabilisation et valeur nette comptable
amortisation-currency = Montants en euros
amortisation-empty = Aucune immobilisation n’est inscrite à l’inventaire.
amortisation-total = Total

amortisation-tile-cost = Coût d’acquisition
amortisation-tile-depreciated = Amorti à ce jour
amortisation-tile-net = Valeur nette comptable
amortisation-tile-posted = Dotations comptabilisées
amortisation-tile-due = Dotations échues à comptabiliser
amortisation-tile-to-come = Dotations à venir
amortisation-tile-subsidy = Subventions reçues
amortisation-tile-income = Subventions reprises à ce jour
amortisation-tile-remaining = Subventions à reprendre
amortisation-due-means = La dotation d’un mois est échue au dernier jour de ce mois ; situation arrêtée au { $date } inclus.
amortisation-not-in-service = Pas encore en service, donc hors de la valeur nette comptable : { $amount }.
amortisation-residual-value = Valeur résiduelle, qui ne s’amortit pas : { $amount }.
amortisation-impaired = Dépréciation, qui s’ajoute aux amortissements : { $amount } ; valeur nette = valeur brute − cumul − dépréciation.
amortisation-exits-mean = Amortissements sortis avec ce qui a quitté l’inventaire, hors du cumul : { $amount } ; d’une année à l’autre, cumul + dotation − sorties = cumul suivant.
amortisation-difference-means = Écart au plan sur les mois déjà comptabilisés : { $amount } (comptabilisé moins prévu).
amortisation-unknown-see = Le journal porte des dotations qu’aucun composant de l’inventaire n’explique : voir la fin de ce document.

amortisation-chart-charge = Dotation de l’année ({ $unit })
amortisation-chart-net = Valeur nette comptable en fin d’année ({ $unit })
amortisation-chart-alt = Deux diagrammes, de { $first } à { $last }. En haut, la dotation de chaque année en barres, la plus forte en { $highestyear } : { $highest }. Au total, { $posted } comptabilisés (barres pleines), { $due } à comptabiliser (barres rayées), { $tocome } à venir (barres vides). En bas, la valeur nette comptable en fin d’année, de { $firstvalue } en { $first } à { $lastvalue } en { $last }. Les valeurs sont dans le tableau qui suit.

amortisation-years = Par année
amortisation-asset-years = Ensemble des composants, par année
amortisation-months = Par mois
amortisation-gross-value = Valeur brute
amortisation-charge = Dotation
amortisation-exits = Sorties
amortisation-impairment = Dépréciation
amortisation-cumulative = Cumul amorti
amortisation-net-book-value = Valeur nette comptable
amortisation-posted = Comptabilisé
amortisation-due = À comptabiliser
amortisation-to-come = À venir
amortisation-difference = Écart au plan
amortisation-subsidy-years = Reprise de la subvention, par année
amortisation-subsidy-received = Subvention reçue
amortisation-income = Reprise
amortisation-income-exits = Sorties
amortisation-income-cumulative = Cumul repris
amortisation-subsidy-remaining = Reste à reprendre

amortisation-inventory-number = Numéro d’inventaire
amortisation-missing = non renseignée
amortisation-cost = Coût
amortisation-base = Base amortissable
amortisation-terms = Compte { $account } · en service le { $date } · durée en années : { $years } · { $method }
amortisation-unknown-means = Comptabilisé pour un composant que l’inventaire ne connaît pas ; dans aucun autre chiffre de ce document.

amortisation-cost-to-date = En construction, coût à ce jour
amortisation-under-construction = en cours de construction
amortisation-document = Pièce
amortisation-invoice = Facture fournisseur
amortisation-subsidy = Subvention
amortisation-loan = Emprunt (pour mémoire)
amortisation-events = Événements
amortisation-event-on = Effet
amortisation-event-known = Connu le
amortisation-event = Événement
amortisation-event-reason = Motif
amortisation-event-amount = Montant
amortisation-event-exit = Valeur comptable { $value } ; résultat de sortie { $result }
amortisation-paid = { $name }, { $date } : { $amount }
