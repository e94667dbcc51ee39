# Invoices: the list.

invoices-states = État des factures
invoices-all-states = Toutes
invoices-drafts = Brouillons
invoices-issued = Émises
invoices-overdue-of-open = dont échues
invoices-search = Rechercher (numéro, hébergé, convention, engagement)
invoices-clear = Voir toutes les factures
invoices-none = Aucune facture pour l’instant. Une campagne de facturation prépare celles d’un mois.
invoices-none-next = Ouvrir les campagnes
invoices-none-yet = Aucune facture pour l’instant.
invoices-tick = Sélection
invoices-tick-all = Sélectionner toutes les factures de la page
invoices-tick-one = Sélectionner { $number }
invoices-zip = Télécharger la sélection (ZIP)
invoices-zip-all = Télécharger toute la liste (ZIP)
invoices-columns = Choisir les colonnes
invoices-file = factures
invoice-kind = Nature
kind-invoice = facture
state-issued = émis
state-overdue = échue
invoice-issued-credit = Émis le
