%define yes
%define text foo
%macro m 1-2
%endmacro
%macro test 1+
	db %1
%endmacro
%ifdef yes
	db 1
%elifdef no
	db 2
%else
	db 3
%endif
%ifndef yes
	db 4
%elifndef no
	db 5
%endif
%if 0
	db 6
	%if 1
	db 7
	%endif
%elif 2 > 1 && 1
	db 8
%elif 1
	db 9
%endif
%ifidn text, foo
	db 10
%endif
%ifidn text, Foo
	db 11
%elifidni text, Foo
	db 12
%endif
%ifnidn a, b
	db 13
%endif
%ifid foo
	db 14
%endif
%ifnum 12
	db 15
%endif
%ifstr 'x'
	db 16
%endif
%ifnum foo
	db 17
%elifstr foo
	db 18
%endif
%ifempty
	db 19
%endif
%ifmacro m
	db 20
%endif
%ifmacro m 2
	db 21
%endif
%ifmacro m 3
	db 22
%endif
%iftoken a b
	db 23
%else
	db 24
%endif
%ifn 1 - 1
	db 25
%endif
start:
%if $ - $$ > 5
	db 26
%endif
%ifctx
	db 27
%endif
%push outer
%ifctx outer
	db 28
%endif
%define %$value 3
%push inner
%define %$value 4
	db %$value, %$$value
%pop
	db %$value
%$label:
	dw %$label
%pop outer
