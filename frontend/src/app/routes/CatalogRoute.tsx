import { Catalog } from "@/features/catalog/Catalog";

export default function CatalogRoute() {
  return <Catalog />;
}
