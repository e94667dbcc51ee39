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

invitation-subject = Votre accès à la gestion du centre de données
invitation-lead = Vous êtes invité à utiliser Chapelle, l’outil de gestion de { $facility }.
invitation-follow = Pour choisir votre nom et votre mot de passe, ouvrez ce lien :
invitation-ignore = Si vous n’attendiez pas cette invitation, ignorez ce message : rien ne se passe sans vous.
password-reset-subject = Nouveau mot de passe
password-reset-lead = Un nouveau mot de passe a été demandé pour votre accès à Chapelle, l’outil de gestion de { $facility }.
password-reset-follow = Pour le choisir, ouvrez ce lien :
password-reset-ignore = Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même.
link-until = Le lien ne sert qu’une fois, jusqu’au { $until }.
test-subject = Message d’essai de Chapelle
test-lead = Ce message d’essai montre que les courriels de Chapelle arrivent.
