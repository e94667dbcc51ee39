# Mails to tenants. U+202F before : ; ! ?, U+00A0 before units, ’ as apostrophe.

notice-subject-invoice = Facture { $number } : { $month }, { $gross } TTC
notice-subject-credit-note = Avoir { $number } : { $month }, { $gross } TTC
notice-subject-corrected = Facture rectificative { $number } : { $month }, { $gross } TTC
notice-greeting = Bonjour,
notice-lead-invoice = La facture { $number } { $of_month } est disponible.
notice-lead-credit-note = L’avoir { $number } { $of_month } est disponible.
notice-lead-corrected = La facture rectificative { $number } { $of_month } est disponible.
notice-attached = Le document est joint à ce message au format Factur-X : un PDF lisible par chacun, dont les données se lisent aussi par logiciel.
notice-link = Consulter le document et les relevés qui le justifient :
notice-closing = Ce message est envoyé automatiquement ; pour toute question, répondez-y simplement.
notice-facts = L’essentiel du document
notice-buyer = Hébergé
notice-contract = Convention
notice-period = Période
notice-net = Total hors taxes
notice-tax = TVA
notice-gross = Total TTC
notice-due = À payer au plus tard le
notice-reference = Référence de paiement

root-subject = Piste d’audit : empreinte signée du { $day }
root-lead = Empreinte signée de la piste d’audit du centre de données, au { $day }. Elle couvre les { $size } premiers événements.
root-keep = Conservez ce message hors de portée de l’exploitant : avec cette ligne, une piste raccourcie ou réécrite plus tard se reconnaît. Enregistrez-la dans un fichier et donnez-le au vérificateur : verify.py --root fichier.
root-key = Clé publique (ed25519) : { $key }
