	db 'abc
	db 1
