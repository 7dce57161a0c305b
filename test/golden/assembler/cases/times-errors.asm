	times -1 db 0
start:	times 5 - ($ - start) - 10 db 1
	db 2
	times x db 3
x:
