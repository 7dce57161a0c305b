%define g(x) x+x
 db g(1)
 db g(g(1))
