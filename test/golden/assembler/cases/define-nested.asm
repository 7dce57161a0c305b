%define g(x) x+x
%define h(y) y*2
 db h(g(1))
 db g(h(1))
 db h((g(1)))
%define t(a, b+) db a, b
 t(1,2,3)
