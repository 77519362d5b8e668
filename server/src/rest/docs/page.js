// Shows the OpenAPI document with Swagger UI, as light or dark as the system is.
'use strict';

const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();

SwaggerUIBundle({
  url: '/api/schema/',
  dom_id: '#operations',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // Nobody else is asked whether the document is good.
  validatorUrl: null,
});
