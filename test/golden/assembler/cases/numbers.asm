; Number forms, NASM manual 3.4.1
	dd 200, 0200, 0200d, 0d200, 0c8h, 0hc8, 0xc8, $0c8, 310q, 310o, 0o310, 0q310, 11001000b, 1100_1000b, 0b1100_1000, 1100_1000y, 0y1100_1000
	dd 0b1h, 0x1b, 1_000_000, 0d0_1
	dq 0xffffffffffffffff, -1, 0x7fff_ffff_ffff_ffff, 18446744073709551615
	dw 'a', 'ab', "ab", `a\n`
	dd 'abcd', 'abc', "it's", 'say "x"'
	dq 'abcdefgh'
	db `\a\b\t\n\v\f\r\e\0\'\"\\\x41\101\u263a\U0001f600\?`
	dw 'abc', 'a', ''
	dd 'abcde'
	db 'héllo', 0
