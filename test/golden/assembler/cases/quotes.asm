	db "abc" , 'de'
	db "a""b"
	db 'it''s'
	dw "ab" "cd"
