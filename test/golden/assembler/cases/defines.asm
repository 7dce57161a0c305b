%define ONE 1
%define twice(x) ((x) * 2)
%define sum(a, b) a + b
%define sum(a) a
%define none() 9
%idefine Caseless 4
%xdefine now ONE
%define ONE 2
%assign i 3
%assign i i + 1
%assign neg -5
	db ONE, twice(3), sum(1, 2), sum(3), none(), caseless, CASELESS, now, i
	dd neg
%define nested twice((ONE))
	db nested
%undef ONE
%ifdef ONE
	db 0xff
%endif
%define cat(x, y) x %+ y
cat(lab, el): db 5
	dw label
	dw cat(la, bel)
%define list 1, 2, 3
	db list
%define reg eax
bits 32
	mov reg, twice(reg_const)
reg_const equ 4
%define braces(x) db x
	braces({1, 2})
%strlen length 'hello'
%strcat joined 'ab', "cd", `\n`
%substr middle 'abcdef' 2, 3
%substr one 'abcdef' 3
%substr tail 'abcdef' 3, -1
%defstr quoted foo + bar
%deftok tokens '1 + 2'
	db length, joined, middle, one, tail, quoted, tokens
	db __LINE__, __BITS__
