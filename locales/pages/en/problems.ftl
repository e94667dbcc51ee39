# What is wrong, in the reader's language: the keys are those of the messages.

told-unknown = This cannot be done as it is.
told-too-many-documents = The list has { $documents } documents ({ $mebibytes } MiB): more than one ZIP archive holds (65,535 files, 4 GiB). Narrow the list, for example to a month.
