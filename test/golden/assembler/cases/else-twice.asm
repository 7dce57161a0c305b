%ifdef a
%else
%if 1
	db 1
%else
	db 2
%endif
%endif
%else
	db 3
%if 1
	db 4
%else
	db 5
%else
	db 6
%elif 1
	db 7
%endif
