// Where the tool begins. It loads packs by `require` and with a TypeScript of its own; `import` has Node strip the types.
module.exports = import("./pack.ts");
