	db 1
%error first
%fatal stop here
	db 2
%error second
