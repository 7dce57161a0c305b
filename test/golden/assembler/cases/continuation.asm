	db 1, \
	   2, \
	   3
%define long 4 + \
	5
	db long
