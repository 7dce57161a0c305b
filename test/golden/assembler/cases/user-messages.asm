	db 1
%warning careful
%warning "quoted text"
%error this is wrong
%ifdef nothing
%error never said
%endif
	db 2
%error "and", this
