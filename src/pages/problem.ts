export const problemPage = (_l: string, _p: object): string => 'x';
