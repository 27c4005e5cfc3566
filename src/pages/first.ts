export const firstPage = (_l: string, _p: string): string => 'x';
