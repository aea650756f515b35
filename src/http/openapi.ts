// The OpenAPI 3.1 document and the page that shows it.
import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Problem, PROBLEM_MEDIA_TYPE, ProblemFault } from './problem.js';

/** Name of the security scheme; `Requires` of src/auth refers to it. */
export const BEARER_SCHEME = 'bearer';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'] as const;

/** @param version Of the service. */
export function buildOpenApi(app: INestApplication, version = '0.1.0'): OpenAPIObject {
  const config = new DocumentBuilder()
    // The module writes 3.0.0 unless it is told.
    .setOpenAPIVersion('3.1.0')
    .setTitle('Kindred')
    .setDescription(
      'Groups the faces in a tenant’s photos by person, asks a human where it is unsure, and never undoes what a human decided.',
    )
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key, or the admin token.' },
      BEARER_SCHEME,
    )
    .addGlobalResponse({
      status: 'default',
      description: 'A problem (RFC 9457).',
      content: { [PROBLEM_MEDIA_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    extraModels: [Problem, ProblemFault],
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  shareProblemResponse(document);
  return document;
}

/** Every route fails in the same shape: said once, referred to by each. */
function shareProblemResponse(document: OpenAPIObject): void {
  const reference = { $ref: '#/components/responses/Problem' };
  for (const item of Object.values(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method];
      if (!operation) continue;
      const shared = operation.responses['default'];
      if (shared && document.components) {
        document.components.responses = { Problem: shared };
        operation.responses['default'] = reference;
      }
    }
  }
}

/** The page loads its script and style from this service only; the interface library styles its nodes inline. */
export const DOCS_CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
  "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** `/openapi.json` and `/docs`. The document is built at the first request. */
export function serveOpenApi(app: NestExpressApplication): void {
  SwaggerModule.setup('docs', app, () => buildOpenApi(app), {
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Kindred API',
    swaggerOptions: { validatorUrl: null, persistAuthorization: false, displayRequestDuration: true },
  });
}
