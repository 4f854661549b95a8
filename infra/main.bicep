// App Service, Azure Managed Redis and Key Vault for one app, without any secret of its own:
// the app's managed identity is its credential at Entra, at Redis and at Key Vault.
// docs/deploy/app-service.md says what to do before and after.
targetScope = 'resourceGroup'

@description('Part of every name; letters and digits.')
@minLength(3)
@maxLength(12)
param name string

param location string = resourceGroup().location

@description('The directory (tenant) id of the app registration.')
param tenantId string = subscription().tenantId

@description('The application (client) id of the app registration.')
param clientId string

@description('The address that people open. Empty: the address of App Service.')
param publicUrl string = ''

@description('The version of the secret session-keys is not named, so that a new one counts after a restart.')
var sessionKeysName = 'session-keys'
var suffix = uniqueString(resourceGroup().id)
var siteName = '${name}-${suffix}'
var address = empty(publicUrl) ? 'https://${siteName}.azurewebsites.net' : publicUrl

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2023-01-31' = {
  name: '${name}-identity'
  location: location
}

resource vault 'Microsoft.KeyVault/vaults@2023-07-01' = {
  name: take('${name}${suffix}', 24)
  location: location
  properties: {
    tenantId: subscription().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enablePurgeProtection: true
  }
}

@description('Key Vault Secrets User')
var secretsUser = subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '4633458b-17de-408a-b874-0445c86b69e6')

resource readsSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, identity.id, secretsUser)
  scope: vault
  properties: {
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: secretsUser
  }
}

resource redis 'Microsoft.Cache/redisEnterprise@2025-04-01' = {
  name: '${name}-${suffix}'
  location: location
  sku: { name: 'Balanced_B0' }
  properties: {
    minimumTlsVersion: '1.2'
  }
}

resource database 'Microsoft.Cache/redisEnterprise/databases@2025-04-01' = {
  parent: redis
  name: 'default'
  properties: {
    clientProtocol: 'Encrypted'
    clusteringPolicy: 'OSSCluster'
    evictionPolicy: 'NoEviction'
    accessKeysAuthentication: 'Disabled'
  }
}

resource access 'Microsoft.Cache/redisEnterprise/databases/accessPolicyAssignments@2025-04-01' = {
  parent: database
  name: 'app'
  properties: {
    accessPolicyName: 'default'
    user: { objectId: identity.properties.principalId }
  }
}

resource plan 'Microsoft.Web/serverfarms@2024-04-01' = {
  name: '${name}-plan'
  location: location
  kind: 'linux'
  sku: { name: 'P0v3', capacity: 2 }
  properties: { reserved: true }
}

resource site 'Microsoft.Web/sites@2024-04-01' = {
  name: siteName
  location: location
  kind: 'app,linux'
  tags: { 'azd-service-name': 'app' }
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: { '${identity.id}': {} }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    keyVaultReferenceIdentity: identity.id
    siteConfig: {
      linuxFxVersion: 'NODE|24-lts'
      appCommandLine: 'node bff/dist/server.js'
      alwaysOn: true
      ftpsState: 'Disabled'
      minTlsVersion: '1.2'
      http20Enabled: true
      healthCheckPath: '/readyz'
      appSettings: [
        { name: 'NODE_ENV', value: 'production' }
        { name: 'HOST', value: '0.0.0.0' }
        { name: 'PORT', value: '8080' }
        { name: 'PUBLIC_URL', value: address }
        { name: 'AAD_TENANT', value: tenantId }
        { name: 'AAD_CLIENT_ID', value: clientId }
        // App Service's front ends reach the app from these addresses.
        { name: 'TRUSTED_PROXIES', value: '169.254.0.0/16,10.0.0.0/8' }
        { name: 'SESSION_KEYS', value: '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${sessionKeysName})' }
        { name: 'STORE_URL', value: 'rediss://${identity.properties.principalId}@${redis.properties.hostName}:10000' }
        { name: 'STORE_AUTH', value: 'entra' }
        // Without it, App Service takes the system-assigned identity, which this app does not have.
        { name: 'STORE_CLIENT_ID', value: identity.properties.clientId }
        // The build is complete: nothing is installed or built on the server.
        { name: 'SCM_DO_BUILD_DURING_DEPLOYMENT', value: 'false' }
      ]
    }
  }
  dependsOn: [readsSecrets, access]
}

output address string = address
output siteName string = site.name
output vaultName string = vault.name
@description('The subject of the federated credential of the app registration.')
output identityPrincipalId string = identity.properties.principalId
@description('For credentials in aad.config.json: { "managedIdentity": { "clientId": … } }.')
output identityClientId string = identity.properties.clientId
