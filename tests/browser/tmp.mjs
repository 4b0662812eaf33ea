import { readFileSync, writeFileSync } from "node:fs";
let s = readFileSync("page.mjs","utf8").replace("async function sameAsNative","export async function sameAsNative").replace("class Page","export class Page");
writeFileSync("tmp2.mjs", s);
const { sameAsNative, Page } = await import("./tmp2.mjs");
const { launch } = await import("./browser.mjs"); const { serve } = await import("./server.mjs");
const folder="/work/main/dist"; const server=await serve(folder); const {context,stop}=await launch(false);
const shown=await context.newPage(); const genie=new Page(shown);
const t=performance.now();
try { console.log(await sameAsNative({genie, open:(q)=>shown.goto(`${server.address}/${q}`), folder, target:"/work/target"})); } catch(e){console.log(String(e).slice(0,3000));}
console.log(((performance.now()-t)/1000).toFixed(1)); await stop(); server.stop();
