import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** What stands for every part of a sentence that varies. */
export const ANY = '7';

/** Calls whose words no person at the console reads: logs, internal faults, patterns, queries. */
const silent = /(^|\.)(debug|info|warn|error|fatal|query|RegExp|test|Error|TypeError|RangeError|StoreError|has|names|number|get|all|split|join|includes|startsWith|endsWith|exec)$/;

/** Every sentence in a file of the controller, with `7` for what varies: literals of more than one word (`all`: of any), except what only logs see. */
export function textsOf(file: string, all = false): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const found = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if ((ts.isCallExpression(node) || ts.isNewExpression(node)) && silent.test(node.expression.getText(source))) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) keep(node.text);
    if (ts.isTemplateExpression(node)) keep(node.head.text + node.templateSpans.map(({ literal }) => ANY + literal.text).join(''));
    ts.forEachChild(node, visit);
  };
  const keep = (text: string): void => {
    if (all || /\p{L}{2,}\S* (\S+ )*\p{L}{2,}/u.test(text)) found.add(text);
  };
  visit(source);
  return [...found];
}
