import { cholesky, solve, Matrix, lu, multiply, gram } from "egop/linalg"; 
const min=(f,ms=150)=>{let best=1e9; const until=performance.now()+ms; let reps=1; for(;;){const a=performance.now(); for(let i=0;i<reps;i++) f(); const t=(performance.now()-a); if(t<0.5) {reps*=2; continue;} best=Math.min(best,t/reps); if(performance.now()>until) break;} return (best*1e3).toFixed(1);};
function rd(n){ let s=1; const r=()=>(s=(s*16807)%2147483647)/2147483647-0.5; const b=new Matrix(n,n); for(let i=0;i<n*n;i++) b.data[i]=r(); const g=multiply(b,b,{transposeA:true}); for(let i=0;i<n;i++) g.data[i*n+i]+=n; return g;}
for (const n of [8,16,32,33,48,64,128,256,512]) { const a=rd(n); 
const b=new Float64Array(n).fill(1); 
console.log(n,"chol+solve",min(()=>cholesky(a).solve(b)),"chol",min(()=>cholesky(a)),"lu solve",min(()=>solve(a,b)),"lu",min(()=>lu(a)));
}
for (const n of [16,64,256]) { const a=rd(n), b=new Float64Array(n).fill(1); for (const [name,f] of [["chol+solve",()=>cholesky(a).solve(b)],["chol",()=>cholesky(a)],["lu",()=>lu(a)],["solve",()=>solve(a,b)],["alloc n2",()=>new Float64Array(n*n)]]) { let k=0; const t=performance.now(); while(performance.now()-t<600) {for(let i=0;i<10;i++) f(); k+=10;} console.log(n,name,"mean",((performance.now()-t)/k*1e3).toFixed(1)); } }
