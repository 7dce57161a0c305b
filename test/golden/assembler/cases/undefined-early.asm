	times count db 0
count equ 5
%if count > 3
%endif
%assign x count
	resb later
	align later
later equ 4
