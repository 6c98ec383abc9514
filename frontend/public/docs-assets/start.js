// A file of its own, because the page's policy allows no inline script.
window.SwaggerUIBundle({ url: "/schema/openapi.json", dom_id: "#swagger-ui", deepLinking: true });
