export function findBrowser(): string | undefined;
export function findFirefox(): { path: string; isOwn: boolean } | undefined;
