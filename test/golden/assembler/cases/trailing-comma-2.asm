%macro v 0-3
 db %0
%endmacro
 v 1,
 v 1,2
 v
 v ,
 v 1,,
 v {}
