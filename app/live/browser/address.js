const path = () => location.pathname.replace(/\/+$/, "");

/** Whether the browser's address is a page's. @param {string} page */
export const isHere = (page) => page !== "" && path().endsWith(`/${page}`);

/**
 * The app's root, under whatever path and proxy: the page's address less the page's own name.
 * @param {string} page
 */
export const appRoot = (page) => (isHere(page) ? path().slice(0, -page.length - 1) : path());
