%macro v 2-3
 db %0
%endmacro
 v 1,
 v 1,2,
%macro w 1-3 7,8
 db %0,%1,%2,%3
%endmacro
 w 1,
