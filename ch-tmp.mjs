import { cholesky, solve, Matrix, lu } from "./dist/linalg/index.js"; import { choleskyInPlace } from "./dist/linalg/cholesky-columns.js"; import { symmetrized } from "./dist/linalg/symmetry.js"; import { oneNormInRange } from "./dist/linalg/range.js";
const min=(f,ms=150)=>{let best=1e9; const until=performance.now()+ms; let reps=1; for(;;){const a=performance.now(); for(let i=0;i<reps;i++) f(); const t=(performance.now()-a); if(t<0.5) {reps*=2; continue;} best=Math.min(best,t/reps); if(performance.now()>until) break;} return (best*1e3).toFixed(1);};
for (const n of [8,16,32,33,48,64,128,256,512]) { const a=Matrix.identity(n); let s=1; const r=()=>(s=(s*16807)%2147483647)/2147483647-0.5; for(let i=0;i<n;i++){for(let j=0;j<i;j++){const v=r();a.data[i*n+j]=v;a.data[j*n+i]=v;} a.data[i*n+i]=n;}
const b=new Float64Array(n).fill(1); const c=new Float64Array(n*n);
console.log(n,"chol+solve",min(()=>cholesky(a).solve(b)),"chol",min(()=>cholesky(a)),"sym",min(()=>symmetrized(a,1,"x")),"norm",min(()=>oneNormInRange(a)),"inplace",min(()=>{c.set(a.data);choleskyInPlace(c,n)}),"lu solve",min(()=>solve(a,b)),"lu",min(()=>lu(a)));
}
