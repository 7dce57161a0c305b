%macro e 0
%error in macro
	db bad +
%endmacro
	e
%rep 2
	db bad2 +
%endrep
%assign z nothing+1
%assign y eax
%if bogus > 1
	db 1
%endif
