# Words of the invoice, in French. Punctuation that stands off does so by a narrow no-break space (U+202F).

title-invoice = Facture n° { $number }
title-credit-note = Avoir n° { $number }
title-corrected = Facture rectificative n° { $number }
draft-mark = BROUILLON – ne vaut pas facture
draft-note = Sans numéro. Les dates sont celles d’une facture émise le { $date }.
draft-reference = attribuée à l’émission
subtitle = Hébergement au centre de données · { $month } · Prestations de services
corrected-document = n° { $number } du { $date }
corrects = Corrige la facture { $documents }.
page = Page { $page } / { $pages }

seller-registration = SIRET { $siret } · TVA { $vat }
seller-registration-outside = SIRET { $siret }
reference-contract = Convention
reference-market = Marché
reference-engagement = Engagement
reference-service-code = Code service
reference-facility = Site
reference-buyer-siret = Votre SIRET
reference-buyer-vat = Votre n° TVA

fact-issued = Date d’émission
fact-period = Période
fact-due = Échéance

lines-heading = Détail des prestations
column-number = N°
column-designation = Désignation
column-quantity = Quantité
column-unit = Unité
column-unit-price = Prix unitaire HT (€)
column-vat = TVA
column-net = Montant HT (€)
subtotal = Sous-total { $service }
group-continued = { $service } (suite)
line-revised = Prix révisé : { $formula }
estimated = consommation estimée

service-space = Espace
service-power = Énergie
service-storage = Stockage
service-other = Autres prestations

kind-prorated = Prorata { $units }/{ $of } jours
kind-tier = Tranche de { $from } à { $to } { $unit }
kind-tier-last = Tranche au-delà de { $from } { $unit }
kind-volume = Prix de volume, palier de { $from } à { $to } { $unit }
kind-volume-last = Prix de volume, palier au-delà de { $from } { $unit }
kind-committed = Engagement
kind-overage = Dépassement de l’engagement
kind-minimum = Complément au minimum de { $amount }
kind-cap = Plafond à { $amount }
kind-one-off = Prestation ponctuelle
kind-part = partie de la ligne { $line } de la facture
kind-regularisation = Régularisation de { $month } (facture { $invoice })
kind-service-credit = Disponibilité de { $month } : { $availability } pour { $committed } promis, remise de { $credit }

vat-rate = TVA
vat-base = Base HT (€)
vat-amount = Montant TVA (€)
vat-exempt = Exonéré
vat-out-of-scope = Hors champ
total-net = Total HT
total-tax = Total TVA
total-gross = Total TTC
total-payable = Net à payer
total-credited = Net à votre crédit

payment-heading = Règlement par virement
payment-due = À régler au plus tard le { $date }, délai légal de { $days } jours.
payment-due-internal = À régler au plus tard le { $date }.
payment-holder = Titulaire
payment-iban = IBAN
payment-bic = BIC
payment-reference = Référence à rappeler
nothing-due = Rien n’est à régler.
credit-use = Le montant de cet avoir vient en déduction de la facture qu’il corrige ; si elle est déjà réglée, il vous est remboursé.

mentions-heading = Mentions légales
operation-category = Catégorie de l’opération : prestations de services.
late-payment-internal = Retard de paiement : sans objet, l’émetteur et le destinataire étant une même personne morale.
vat-on-debits = Option pour le paiement de la taxe d’après les débits.

annex-heading = Annexe — Relevés et calculs
annex-heading-calculations = Annexe — Calculs
annex-intro = Chaque quantité mesurée est justifiée ici par les index de ses compteurs. Les heures sont locales ({ $zone }), avec leur décalage sur le temps universel.
annex-line = Ligne { $numbers } — { $name }
annex-lines = Lignes { $numbers } — { $name }
annex-measured = { $measure }, { $period } : { $quantity }
annex-window-demand = Pointe facturée : { $quantity }, moyenne de tous les compteurs du { $from } au { $to }
annex-window-percentile = 95e centile : { $quantity }, moyenne de tous les compteurs du { $from } au { $to }
annex-formula = Ligne { $number } · tarif { $tariff } du { $from } : { $formula }
annex-worked-out = Calcul des autres lignes

measure-energy = Énergie mesurée
measure-demand = Puissance appelée, plus haute moyenne sur { $minutes } minutes
measure-percentile = 95e centile des moyennes sur { $minutes } minutes
measure-storage = Volume moyen stocké
measure-occupancy = Unités occupées, additionnées par jour

meter-code = Compteur
meter-place = Emplacement
meter-first-index = Premier index
meter-first-value = Premier relevé
meter-last-index = Dernier index
meter-last-value = Dernier relevé
meter-readings = Relevés
meter-quantity = Quantité
place-rack = baie { $rack }
place-feed = voie { $feed }
index-interpolated = valeur interpolée
index-held = valeur en vigueur
span = du { $from } au { $to }
restart-rollover = passage du compteur par zéro
restart-reset = remise à zéro déclarée
remark-estimated = Consommation estimée : des relevés manquent, voir ci-dessous.
remark-estimated-boundary = Consommation estimée : faute de relevé à une limite de la période, la valeur connue la plus proche est retenue.
remark-gap = { $meter } : aucun relevé du { $from } au { $to }.
remark-restart = { $meter } : { $kind } le { $at }.

daily-caption = Consommation journalière ({ $unit })
daily-caption-peak = Pointe journalière ({ $unit })
daily-caption-power = Puissance moyenne du jour ({ $unit })
daily-caption-storage = Volume stocké, moyenne du jour ({ $unit })
daily-caption-units = Unités occupées par jour ({ $unit })
daily-day = Jour
daily-total = Total du jour
daily-sum = Total
feed-a = Voie A
feed-b = Voie B
chart-alt = Diagramme en barres de la consommation journalière du { $first } au { $last }. Jour le plus bas : { $lowest } le { $lowestday } ; jour le plus haut : { $highest } le { $highestday } ; moyenne : { $mean } par jour. Les valeurs sont dans le tableau qui suit.
chart-alt-peak = Diagramme en barres de la pointe journalière du { $first } au { $last }. Jour le plus bas : { $lowest } le { $lowestday } ; jour le plus haut : { $highest } le { $highestday } ; moyenne des jours : { $mean }. Les valeurs sont dans le tableau qui suit.
chart-alt-power = Diagramme en barres de la puissance moyenne de chaque jour du { $first } au { $last }. Jour le plus bas : { $lowest } le { $lowestday } ; jour le plus haut : { $highest } le { $highestday } ; moyenne des jours : { $mean }. Les valeurs sont dans le tableau qui suit.
chart-alt-storage = Diagramme en barres du volume stocké, en moyenne de chaque jour, du { $first } au { $last }. Jour le plus bas : { $lowest } le { $lowestday } ; jour le plus haut : { $highest } le { $highestday } ; moyenne des jours : { $mean }. Les valeurs sont dans le tableau qui suit.
chart-alt-units = Diagramme en barres des unités occupées chaque jour du { $first } au { $last }. Jour le plus bas : { $lowest } le { $lowestday } ; jour le plus haut : { $highest } le { $highestday } ; moyenne des jours : { $mean }. Les valeurs sont dans le tableau qui suit.
