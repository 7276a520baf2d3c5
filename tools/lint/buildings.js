/** Walls between projects: which building may import which. Read by `@nx/enforce-module-boundaries`. */
const databases = ['typeorm', 'better-sqlite3', 'mysql2'];

export const buildings = [
  { sourceTag: 'scope:proto', onlyDependOnLibsWithTags: ['scope:proto'], bannedExternalImports: ['@nestjs/*', '@angular/*', ...databases] },
  { sourceTag: 'scope:kit', onlyDependOnLibsWithTags: ['scope:kit'], bannedExternalImports: ['@nestjs/*', '@angular/*', '@grpc/*', ...databases] },
  { sourceTag: 'scope:member', onlyDependOnLibsWithTags: ['scope:member', 'scope:proto', 'scope:kit'], bannedExternalImports: ['@nestjs/*', '@angular/*', 'rxjs', ...databases] },
  { sourceTag: 'scope:control', onlyDependOnLibsWithTags: ['scope:proto', 'scope:kit', 'scope:member'], bannedExternalImports: ['@angular/*', 'dockerode'] },
  { sourceTag: 'scope:gateway', onlyDependOnLibsWithTags: ['scope:proto', 'scope:kit', 'scope:member'], bannedExternalImports: ['@nestjs/*', '@angular/*', 'rxjs', 'dockerode', ...databases] },
  { sourceTag: 'scope:agent', onlyDependOnLibsWithTags: ['scope:proto', 'scope:kit', 'scope:member'], bannedExternalImports: ['@nestjs/*', '@angular/*', 'rxjs', ...databases] },
  { sourceTag: 'scope:installer', onlyDependOnLibsWithTags: ['scope:proto', 'scope:kit'], bannedExternalImports: ['@nestjs/*', '@angular/*', ...databases] },
  { sourceTag: 'scope:web', onlyDependOnLibsWithTags: ['scope:web'], bannedExternalImports: ['@nestjs/*', '@grpc/*', ...databases] },
  { sourceTag: 'scope:engine', onlyDependOnLibsWithTags: ['scope:engine'], bannedExternalImports: ['@nestjs/*', '@angular/*', ...databases] },
  { sourceTag: 'scope:e2e', onlyDependOnLibsWithTags: ['scope:proto', 'scope:kit', 'scope:member'] },
];
