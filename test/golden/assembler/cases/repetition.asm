%assign i 0
%rep 5
	db i
%assign i i + 1
%endrep
%rep 3
	%rep 2
	db 0xff
	%endrep
	db i
%endrep
%assign a 0
%assign b 1
%rep 100
	%if a > 50
	%exitrep
	%endif
	db a
	%assign t a + b
	%assign a b
	%assign b t
%endrep
%rep 0
	db 1
%endrep
	times 2 db i
