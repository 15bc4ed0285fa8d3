export * from '#ontology/path.ts'
