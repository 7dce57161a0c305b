// Instructions of the x86 that the machine does not have: floating point, MMX, SSE, 64-bit code and the rest. Naming one gets another answer than
// a word that nobody knows (Intel SDM vol. 2, appendix A; AMD APM vol. 3 to 5).

const words = `
f2xm1 fabs fadd faddp fbld fbstp fchs fclex fcmovb fcmovbe fcmove fcmovnb fcmovnbe fcmovne fcmovnu fcmovu fcom fcomi fcomip fcomp fcompp fcos fdecstp
fdisi fdiv fdivp fdivr fdivrp femms feni ffree ffreep fiadd ficom ficomp fidiv fidivr fild fimul fincstp finit fist fistp fisttp fisub fisubr fld fld1
fldcw fldenv fldl2e fldl2t fldlg2 fldln2 fldpi fldz fmul fmulp fnclex fndisi fneni fninit fnop fnsave fnstcw fnstenv fnstsw fpatan fprem fprem1 fptan
frndint frstor fsave fscale fsetpm fsin fsincos fsqrt fst fstcw fstenv fstp fstsw fsub fsubp fsubr fsubrp ftst fucom fucomi fucomip fucomp fucompp fwait
fxam fxch fxrstor fxsave fxtract fyl2x fyl2xp1
emms movd movq packssdw packsswb packuswb paddb paddd paddsb paddsw paddusb paddusw paddw pand pandn pcmpeqb pcmpeqd pcmpeqw pcmpgtb pcmpgtd pcmpgtw
pmaddwd pmulhw pmullw por pslld psllq psllw psrad psraw psrld psrlq psrlw psubb psubd psubsb psubsw psubusb psubusw psubw punpckhbw punpckhdq punpckhwd
punpcklbw punpckldq punpcklwd pxor
addps addss andnps andps cmpps cmpss comiss cvtpi2ps cvtps2pi cvtsi2ss cvtss2si cvttps2pi cvttss2si divps divss ldmxcsr maxps maxss minps minss movaps
movhlps movhps movlhps movlps movmskps movntps movss movups mulps mulss orps rcpps rcpss rsqrtps rsqrtss shufps sqrtps sqrtss stmxcsr subps subss ucomiss
unpckhps unpcklps xorps maskmovq movntq pavgb pavgw pextrw pinsrw pmaxsw pmaxub pminsw pminub pmovmskb pmulhuw psadbw pshufw
addpd addsd andnpd andpd cmppd comisd cvtdq2pd cvtdq2ps cvtpd2dq cvtpd2pi cvtpd2ps cvtpi2pd cvtps2dq cvtps2pd cvtsd2si cvtsd2ss cvtsi2sd cvtss2sd
cvttpd2dq cvttpd2pi cvttps2dq cvttsd2si divpd divsd maskmovdqu maxpd maxsd minpd minsd movapd movdq2q movdqa movdqu movhpd movlpd movmskpd movntdq movnti
movntpd movq2dq movupd mulpd mulsd orpd paddq pmuludq pshufd pshufhw pshuflw pslldq psrldq psubq punpckhqdq punpcklqdq shufpd sqrtpd sqrtsd subpd subsd
ucomisd unpckhpd unpcklpd xorpd addsubpd addsubps haddpd haddps hsubpd hsubps lddqu movddup movshdup movsldup pabsb pabsd pabsw palignr phaddd phaddw
pshufb psignb psignd psignw blendpd blendps dppd dpps insertps pmuldq pmulld ptest roundpd roundps roundsd roundss aesenc aesdec pclmulqdq
cdqe cqo movsxd movabs cmpsq lodsq movsq scasq stosq iretq popfq pushfq jrcxz cmpxchg16b swapgs syscall sysret sysenter sysexit
clflush clflushopt clwb lfence mfence sfence prefetch prefetchnta prefetcht0 prefetcht1 prefetcht2 prefetchw monitor mwait rdrand rdseed rdpid popcnt lzcnt
tzcnt andn bextr blsi blsmsk blsr bzhi pdep pext mulx rorx sarx shlx shrx adcx adox movbe crc32 xgetbv xsetbv xsave xsaveopt xrstor xtest xbegin xend xabort
vmrun vmload vmsave stgi clgi vmfunc invept invvpid invpcid invlpga skinit getsec clac stac loadall umov salc int1 int01 icebp rdpmc rdtscp rsm wait
vaddps vaddpd vaddss vaddsd vmovaps vmovups vmovdqa vmovdqu vmulps vmulpd vpaddd vpxor vxorps vzeroupper vzeroall dt do dy dz rest reso resy resz
`;

export const otherMnemonics: ReadonlySet<string> = new Set(words.trim().split(/\s+/v));
