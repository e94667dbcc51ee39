# Mails to tenants. U+202F before : ; ! ?, U+00A0 before units, ’ as apostrophe.

notice-subject-invoice = Facture { $number } : { $month }, { $gross } TTC
notice-subject-credit-note = Avoir { $number } : { $month }, { $gross } TTC
notice-subject-corrected = Facture rectificative { $number } : { $month }, { $gross } TTC
notice-subject-reminder = Relance : facture { $number }, { $open } à payer depuis le { $due }
notice-subject-reminder-interest = Relance : intérêts de la facture { $number }, { $open } à payer depuis le { $due }
notice-greeting = Bonjour,
notice-lead-invoice = La facture { $number } { $of_month } est disponible.
notice-lead-credit-note = L’avoir { $number } { $of_month } est disponible.
notice-lead-corrected = La facture rectificative { $number } { $of_month } est disponible.
notice-lead-reminder = Sauf erreur de notre part, { $open } restent à payer sur la facture { $number } { $of_month }, échue le { $due }.
notice-lead-reminder-interest = La facture { $number } { $of_month } a été payée après son échéance. Sauf erreur de notre part, { $open } d’intérêts moratoires et d’indemnité réclamés à ce titre restent à payer depuis le { $due }.
notice-attached = Le document est joint à ce message au format Factur-X : un PDF lisible par chacun, dont les données se lisent aussi par logiciel.
notice-link = Consulter le document et les relevés qui le justifient :
notice-closing = Ce message est envoyé automatiquement ; pour toute question, répondez-y simplement.
notice-closing-reminder = Si votre paiement s’est croisé avec ce message, n’en tenez pas compte. Pour toute question, répondez-y simplement.
notice-cost = Des intérêts moratoires courent de plein droit au taux de { $rate } depuis le lendemain de l’échéance : { $interest } à ce jour, auxquels s’ajoutent { $indemnity } d’indemnité pour frais de recouvrement. Ils seront réclamés à part, une fois la facture payée.
notice-claim = Intérêts réclamés pour le paiement { $payment } : { $amount } payés le { $day }, soit { $amount } × { $days } jours ÷ 365 × { $rate } = { $interest }.
notice-claim-indemnity = Intérêts réclamés pour le paiement { $payment } : { $amount } payés le { $day }, soit { $amount } × { $days } jours ÷ 365 × { $rate } = { $interest }, plus { $indemnity } d’indemnité (code de commerce, D441-5) : { $total }.
notice-facts = L’essentiel du document
notice-buyer = Hébergé
notice-contract = Convention
notice-period = Période
notice-corrects = Corrige la facture
notice-corrected-document = { $number } du { $date }
notice-net = Total hors taxes
notice-tax = TVA
notice-gross = Total TTC
notice-due = À payer au plus tard le
notice-due-interest = Intérêts à payer au plus tard le
notice-reference = Référence de paiement
notice-issued = Émise le
notice-days-late = Jours de retard
notice-open = Reste à payer
notice-claimed = Dont intérêts et indemnités réclamés
notice-holder = Titulaire du compte
notice-iban = IBAN
notice-bic = BIC

root-subject = Piste d’audit : empreinte signée du { $day }
root-lead = Empreinte signée de la piste d’audit du centre de données, au { $day }. Elle couvre les { $size } premiers événements.
root-keep = Conservez ce message hors de portée de l’exploitant : avec cette ligne, une piste raccourcie ou réécrite plus tard se reconnaît. Enregistrez-la dans un fichier et donnez-le au vérificateur : verify.py --root fichier.
root-key = Clé publique (ed25519) : { $key }

invitation-subject = Votre accès à la gestion du centre de données
invitation-lead = Vous êtes invité à utiliser Chapelle, l’outil de gestion du site « { $facility } ».
invitation-follow = Pour choisir votre nom et votre mot de passe, ouvrez ce lien :
invitation-ignore = Si vous n’attendiez pas cette invitation, ignorez ce message : rien ne se passe sans vous.
password-reset-subject = Nouveau mot de passe
password-reset-lead = Un nouveau mot de passe a été demandé pour votre accès à Chapelle, l’outil de gestion du site « { $facility } ».
password-reset-follow = Pour le choisir, ouvrez ce lien. Vos sessions et vos jetons d’accès, y compris de longue durée, prennent fin avec l’ancien :
password-reset-ignore = Si vous n’avez rien demandé, ignorez ce message : votre mot de passe reste le même.
link-until = Le lien ne sert qu’une fois, jusqu’au { $until }.
test-subject = Message d’essai de Chapelle
test-lead = Ce message d’essai montre que les courriels de Chapelle arrivent.
