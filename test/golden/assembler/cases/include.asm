%include "include.inc"
	db FROM_INCLUDE
	helper 3
%include 'include.inc'
