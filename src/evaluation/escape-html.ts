// Text from outside in a page that we write.

/** Text as it may stand in an element or in an attribute in quotes, of HTML and of SVG alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
