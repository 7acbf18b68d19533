/**
 * A step of the build: what a page has put on Object.prototype or Array.prototype is not taken for an option that a caller
 * gave, nor for the element of a list. JavaScript reads and writes absent members through the prototypes: with
 * `Object.prototype.transposeA = true`, `multiply(a, b)` would transpose, and a setter for "0" on Array.prototype would
 * swallow what is pushed. Which members may be absent is what the types say, so this step asks the type checker, and an
 * option that is added later is covered without anyone thinking of it. In dist/,
 *
 *   const { rank = 2 } = options     becomes   const { rank = 2 } = { __proto__: null, ...options }
 *   objective.layout                 becomes   ("layout" in root ? without(objective, "layout") : objective).layout
 *   const { left } = factors         becomes   const { left } = ("left" in root ? without(factors, "left") : factors)
 *   "value" in problem               becomes   "value" in ("value" in root ? without(problem, "value") : problem)
 *   list.push(x)                     becomes   append(list, x)
 *   new Array(n).fill(x)             becomes   filled(n, x)
 *   list[i] = x                      becomes   put(list, i, x)      unless `list` is a typed array
 *
 * where `root` is Object.prototype; src/ stays as one would write it. Options are read as own members. All else may be an
 * instance of a caller's class: what it inherits from other prototypes than Object.prototype is read as before. The copy of
 * options is the shorter text and costs some 100 ns, so options with an `out`, which are those of calls that loops make, are
 * read in the second way, which costs nothing. The JavaScript is emitted anew, with its source maps.
 */
import { writeFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { fileURLToPath, URL } from "node:url";
import ts from "typescript";

const folder = fileURLToPath(new URL("../src", import.meta.url));
const { fileNames, options } = ts.getParsedCommandLineOfConfigFile(
  `${folder}/tsconfig.json`,
  {},
  {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
      throw new Error(String(messageText));
    },
  },
);
const program = ts.createProgram(fileNames, options);
const checker = program.getTypeChecker();
const { factory } = ts;

const runtime = `const { hasOwn, defineProperty, getPrototypeOf } = Object;
export const root = Object.prototype;

/** Whether \`object\` has a member, or inherits it from something else than Object.prototype. */
const reaches = (object, name) =>
  object !== undefined && object !== null && object !== root && (hasOwn(object, name) || reaches(getPrototypeOf(object), name));

/** \`object\`, without those of the members named that it has from Object.prototype. */
export function without(object, ...names) {
  if (names.every((name) => reaches(object, name))) return object;
  const copy = { __proto__: null, ...object };
  for (const name of names) if (reaches(object, name)) copy[name] = object[name];
  return copy;
}

/** The same, where it may be that there is nothing to be left out. */
export const own = (object, ...names) => (names.some((name) => name in root) ? without(object, ...names) : object);

export function put(object, name, value) {
  if (hasOwn(object, name) || !(name in object)) object[name] = value;
  else defineProperty(object, name, { __proto__: null, value, writable: true, enumerable: true, configurable: true });
  return value;
}

export function append(list, ...values) {
  for (let k = 0; k < values.length; k++) put(list, list.length, values[k]);
  return list.length;
}

export const filled = (length, value) => Array.from({ length }, () => value);
`;

const call = (name, ...values) => factory.createCallExpression(factory.createIdentifier(name), undefined, values);
const text = (name) => factory.createStringLiteral(name);

/** Whether reading `name` of a value of this type may find nothing. */
function mayBeAbsent(type, name) {
  return (type.isUnion() ? type.types : [type]).some((part) => {
    if (part.flags & (ts.TypeFlags.Undefined | ts.TypeFlags.Null)) return false;
    const member = checker.getPropertyOfType(part, name);
    return member === undefined ? !(part.flags & ts.TypeFlags.Any) : (member.flags & ts.SymbolFlags.Optional) !== 0;
  });
}

/** Lists and dictionaries, to which what is written may be new. */
function mayGrow(type) {
  return (type.isUnion() ? type.types : [type]).some(
    (part) => checker.isArrayType(part) || checker.getIndexInfoOfType(part, ts.IndexKind.String) !== undefined,
  );
}

/** Whether these are options, of a call that no loop makes. */
const isOptions = (type, expression) =>
  (expression.text === "options" || /Options$/.test((type.aliasSymbol ?? type.symbol)?.name ?? "")) &&
  checker.getPropertyOfType(type, "out") === undefined;

const isAssigned = (node) =>
  (ts.isBinaryExpression(node.parent) &&
    node.parent.left === node &&
    node.parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
    node.parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment) ||
  ts.isDeleteExpression(node.parent);

/** What may be written twice. */
const isSimple = (node) =>
  ts.isIdentifier(node) ||
  node.kind === ts.SyntaxKind.ThisKeyword ||
  (ts.isPropertyAccessExpression(node) && !ts.isOptionalChain(node) && isSimple(node.expression));

const transformer = (context) => (file) => {
  const used = new Set();
  const depth = relative(folder, file.fileName).split(sep).length - 1;

  /** The name under which this file imports a part of the runtime, which no variable of src/ has. */
  const use = (name) => {
    used.add(name);
    return `${name}$`;
  };
  /** `object`, already visited, without what Object.prototype has of these names; `original` tells how it was written. */
  function guarded(object, original, keys, type) {
    if (type !== undefined && isOptions(type, original)) {
      const nothing = factory.createPropertyAssignment("__proto__", factory.createNull());
      return factory.createObjectLiteralExpression([nothing, factory.createSpreadAssignment(object)]);
    }
    const simple = isSimple(original) && keys.every((key) => ts.isStringLiteral(key) || ts.isIdentifier(key));
    if (!simple) return call(use("own"), object, ...keys);
    const inRoot = (key) =>
      factory.createBinaryExpression(key, ts.SyntaxKind.InKeyword, factory.createIdentifier(use("root")));
    const condition = keys.map(inRoot).reduce((a, b) => factory.createLogicalOr(a, b));
    const copy = call(use("without"), object, ...keys);
    return factory.createParenthesizedExpression(
      factory.createConditionalExpression(condition, undefined, copy, undefined, object),
    );
  }

  /** The names of a pattern that may be absent. */
  function absentNames(pattern, type) {
    return pattern.elements
      .filter((element) => element.dotDotDotToken === undefined)
      .map((element) => ({ element, name: (element.propertyName ?? element.name).text }))
      .filter(({ element, name }) => {
        if (name === undefined) throw new Error(`${file.fileName}: a computed name in a pattern cannot be guarded.`);
        return element.initializer !== undefined || mayBeAbsent(type, name);
      })
      .map(({ name }) => text(name));
  }

  function visit(node) {
    if (ts.isPropertyAccessExpression(node) && !isAssigned(node) && ts.isIdentifier(node.name)) {
      const type = checker.getTypeAtLocation(node.expression);
      if (mayBeAbsent(type, node.name.text)) {
        const object = guarded(ts.visitNode(node.expression, visit), node.expression, [text(node.name.text)]);
        return ts.isOptionalChain(node)
          ? factory.createPropertyAccessChain(object, factory.createToken(ts.SyntaxKind.QuestionDotToken), node.name)
          : factory.createPropertyAccessExpression(object, node.name);
      }
    }
    if (ts.isElementAccessExpression(node) && !isAssigned(node)) {
      const keyType = checker.getTypeAtLocation(node.argumentExpression);
      const kinds = keyType.isUnion() ? keyType.types : [keyType];
      if (
        kinds.some(({ flags }) => flags & (ts.TypeFlags.StringLike | ts.TypeFlags.TypeParameter | ts.TypeFlags.Index))
      ) {
        const key = ts.visitNode(node.argumentExpression, visit);
        const object = guarded(ts.visitNode(node.expression, visit), node.expression, [key]);
        return ts.isOptionalChain(node)
          ? factory.createElementAccessChain(object, factory.createToken(ts.SyntaxKind.QuestionDotToken), key)
          : factory.createElementAccessExpression(object, key);
      }
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
      !ts.isPrivateIdentifier(node.left)
    ) {
      const key = ts.visitNode(node.left, visit);
      return factory.updateBinaryExpression(
        node,
        key,
        node.operatorToken,
        guarded(ts.visitNode(node.right, visit), node.right, [key]),
      );
    }
    if (ts.isVariableDeclaration(node) && ts.isObjectBindingPattern(node.name)) {
      // In a loop, the parts of what is walked are the library's own, with all of their members.
      const type = checker.getTypeAtLocation(node.initializer ?? node.name);
      const names = absentNames(node.name, type);
      if (names.length > 0) {
        if (node.initializer === undefined) throw new Error(`${file.fileName}: ${node.getText()} cannot be guarded.`);
        return factory.updateVariableDeclaration(
          node,
          ts.visitNode(node.name, visit),
          undefined,
          undefined,
          guarded(ts.visitNode(node.initializer, visit), node.initializer, names, type),
        );
      }
    }
    if (ts.isFunctionLike(node) && node.body !== undefined) {
      const prologue = [];
      const parameters = node.parameters.map((parameter) => {
        if (!ts.isObjectBindingPattern(parameter.name)) return ts.visitNode(parameter, visit);
        const type = checker.getTypeAtLocation(parameter.type ?? parameter);
        const names = absentNames(parameter.name, type);
        if (names.length === 0) return ts.visitNode(parameter, visit);
        const given = factory.createUniqueName("given");
        const from = guarded(given, given, names, type);
        const declaration = factory.createVariableDeclaration(
          ts.visitNode(parameter.name, visit),
          undefined,
          undefined,
          from,
        );
        prologue.push(
          factory.createVariableStatement(
            undefined,
            factory.createVariableDeclarationList([declaration], ts.NodeFlags.Const),
          ),
        );
        const fallback = parameter.initializer && ts.visitNode(parameter.initializer, visit);
        return factory.createParameterDeclaration(undefined, undefined, given, undefined, undefined, fallback);
      });
      if (prologue.length > 0) {
        const body = ts.isBlock(node.body)
          ? ts.visitNode(node.body, visit).statements
          : [factory.createReturnStatement(ts.visitNode(node.body, visit))];
        const block = factory.createBlock([...prologue, ...body], true);
        if (ts.isArrowFunction(node))
          return factory.updateArrowFunction(
            node,
            node.modifiers,
            undefined,
            parameters,
            undefined,
            node.equalsGreaterThanToken,
            block,
          );
        if (ts.isFunctionDeclaration(node))
          return factory.updateFunctionDeclaration(
            node,
            node.modifiers,
            node.asteriskToken,
            node.name,
            undefined,
            parameters,
            undefined,
            block,
          );
        if (ts.isMethodDeclaration(node))
          return factory.updateMethodDeclaration(
            node,
            node.modifiers,
            node.asteriskToken,
            node.name,
            undefined,
            undefined,
            parameters,
            undefined,
            block,
          );
        throw new Error(`${file.fileName}: the parameters of ${node.getText().slice(0, 60)} cannot be guarded.`);
      }
    }
    if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
      const { expression: list, name } = node.expression;
      const isList = checker.isArrayType(checker.getTypeAtLocation(list));
      if (isList && name.text === "push")
        return call(
          use("append"),
          ts.visitNode(list, visit),
          ...node.arguments.map((each) => ts.visitNode(each, visit)),
        );
      if (isList && name.text === "fill" && ts.isNewExpression(list))
        return call(use("filled"), ts.visitNode(list.arguments[0], visit), ts.visitNode(node.arguments[0], visit));
      if (isList && ["unshift", "splice", "fill", "copyWithin"].includes(name.text))
        throw new Error(`${file.fileName}: ${node.getText()} writes through setters of Array.prototype.`);
    }
    if (
      ts.isBinaryExpression(node) &&
      node.operatorToken.kind === ts.SyntaxKind.EqualsToken &&
      ts.isElementAccessExpression(node.left) &&
      mayGrow(checker.getTypeAtLocation(node.left.expression))
    ) {
      const { expression, argumentExpression } = node.left;
      return call(use("put"), ...[expression, argumentExpression, node.right].map((each) => ts.visitNode(each, visit)));
    }
    return ts.visitEachChild(node, visit, context);
  }

  const visited = ts.visitEachChild(file, visit, context);
  if (used.size === 0) return visited;
  const names = [...used]
    .sort()
    .map((name) =>
      factory.createImportSpecifier(false, factory.createIdentifier(name), factory.createIdentifier(`${name}$`)),
    );
  const clause = factory.createImportClause(undefined, undefined, factory.createNamedImports(names));
  const from = text(`${"../".repeat(depth) || "./"}own-members.js`);
  return factory.updateSourceFile(visited, [
    factory.createImportDeclaration(undefined, clause, from),
    ...visited.statements,
  ]);
};

program.emit(
  undefined,
  (name, code) => {
    if (/\.js(\.map)?$/.test(name)) writeFileSync(name, code);
  },
  undefined,
  false,
  { before: [transformer] },
);
writeFileSync(new URL("../dist/own-members.js", import.meta.url), runtime);
