	db 1
%include "missing.inc"
	db 2
