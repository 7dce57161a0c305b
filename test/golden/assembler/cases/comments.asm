; a comment
	db ';', 1 ; and another
label: ; only a label
	db "a;b" ; more 'quotes'
