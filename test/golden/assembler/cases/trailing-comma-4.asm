%macro v 1
 db %0
%endmacro
 v 1,
 v 
%macro u 1+
 db %1
%endmacro
 u 1,
