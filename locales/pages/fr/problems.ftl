# What is wrong, in the reader's language: the keys are those of the messages.

told-unknown = Cela ne peut pas être fait tel quel.
told-too-many-documents = La liste compte { $documents } documents ({ $mebibytes } Mio) : c’est plus que n’en contient une archive ZIP (65 535 fichiers, 4 Gio). Réduisez la liste, par exemple à un mois.
